import type { Clock, Log } from './ports.ts'
import { type BucketSize, fullBucket, takeToken } from './rate-limit.ts'

const LINES: BucketSize = { burst: 20, perMinute: 20 }

/** For what strangers cause, who must not fill a disk by it: the next line says how many were left out before it. */
export function sparing(clock: Pick<Clock, 'monotonic'>, write: Log['info']): Log['info'] {
  const bucket = fullBucket(LINES, clock.monotonic())
  let leftOut = 0
  return (fields, message) => {
    if (takeToken(bucket, LINES, clock.monotonic()) > 0) {
      leftOut++
      return
    }
    write(leftOut === 0 ? fields : { ...fields, leftOut }, message)
    leftOut = 0
  }
}

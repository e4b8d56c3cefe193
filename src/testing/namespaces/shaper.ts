/**
 * A bad line between two networks: run on the router, which leads connections here. Arguments: address and
 * port to listen on, address and port of the host, the line's quality as JSON. Lives as long as its stdin.
 */
import { systemClock } from '../../client/clock.ts'
import { seededRandom } from '../seeded-random.ts'
import { type LineQuality, perfectLine } from '../shaping/line.ts'
import { startShapingProxy } from '../shaping/proxy.ts'

const [, , address, port, targetAddress, targetPort, change] = process.argv
if (address === undefined || targetAddress === undefined || change === undefined) {
  throw new Error('usage: shaper <address> <port> <target address> <target port> <quality>')
}
const random = seededRandom(1)
const proxy = await startShapingProxy({
  host: address,
  port: Number(port),
  target: { host: targetAddress, port: Number(targetPort) },
  quality: { ...perfectLine, ...(JSON.parse(change) as Partial<LineQuality>) },
  clock: systemClock(),
  random: () => random.next(),
})
process.stdin.on('end', () => process.exit(0)).resume()
process.stdout.write(`${JSON.stringify({ ready: true, port: proxy.port })}\n`)

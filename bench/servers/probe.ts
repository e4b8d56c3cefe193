/** Loaded into a server whose memory is measured: answers what is left after collecting. */
const RESTING_MS = 50

process.on('message', () => {
  global.gc?.()
  // What was let go of by the first collection ends outside the heap a moment later.
  setTimeout(() => {
    global.gc?.()
    const { heapUsed, external, rss } = process.memoryUsage()
    process.send?.({ heapUsed, external, rss })
  }, RESTING_MS)
})
// It is the server that decides how long this process lives.
process.channel?.unref()

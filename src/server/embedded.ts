/** Entry of the utility process that hosts a LAN session. */
process.parentPort?.postMessage({ event: 'not-yet' })

export {}

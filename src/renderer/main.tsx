import { bridgeOfWindow } from './bridge.ts'
import { systemClock } from './clock.ts'
import { mountApp } from './app/mount.tsx'

const root = document.getElementById('root')
if (root === null) throw new Error('the page has no #root')
mountApp(root, bridgeOfWindow(), systemClock)

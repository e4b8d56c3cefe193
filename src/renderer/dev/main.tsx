/**
 * The interface without Electron: `npx vite src/renderer`, then /dev/?scene=chat. Scenes are in
 * sample-scenes.ts. Nothing here is part of the app: no entry of the build leads to it.
 */
import { mountApp } from '../app/mount.tsx'
import { systemClock } from '../clock.ts'
import { sampleBridge } from './sample-bridge.ts'
import { sceneOf } from './sample-scenes.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('the page has no #root')
const query = new URLSearchParams(location.search)
mountApp(root, sampleBridge(sceneOf(query.get('scene') ?? 'chat')), systemClock)

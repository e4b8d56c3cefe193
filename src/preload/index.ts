import { contextBridge } from 'electron'

contextBridge.exposeInMainWorld('landline', { ready: true })

import { ipcMain } from 'electron'
import { COMMAND_CHANNEL } from '../../ipc/contract.ts'
import type { Logger } from '../logger.ts'
import { answerCommand } from './command-gate.ts'
import type { CommandHandlers, GatePolicy } from './command-gate.ts'

/** The only user of `ipcMain`. Every command of every window passes the gate. Returns how to stop. */
export function openCommandChannel(
  policy: GatePolicy,
  handlers: CommandHandlers,
  log: Logger,
): () => void {
  ipcMain.handle(COMMAND_CHANNEL, (event, name: unknown, args: unknown) => {
    const frame = event.senderFrame
    return answerCommand(
      policy,
      handlers,
      log,
      {
        windowId: event.sender.id,
        frameUrl: frame?.url ?? null,
        isMainFrame: frame !== null && frame.parent === null,
      },
      name,
      args,
    )
  })
  return () => ipcMain.removeHandler(COMMAND_CHANNEL)
}

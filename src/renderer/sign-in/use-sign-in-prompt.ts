import { useEffect, useRef } from 'react'
import type { SessionView } from '../../client/views.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { useActions, useAppState } from '../app/context.ts'
import { isSignedOut } from '../connection/words.ts'

/**
 * Asks by itself where the session on screen has let nobody in for want of a good token: that is the next step of
 * joining it. Once for each, and not over another dialog; after that the connection bar asks.
 */
export function useSignInPrompt(session: SessionView | undefined): void {
  const { navigation } = useActions()
  const isFree = useAppState((state) => state.dialog === null)
  const asked = useRef(new Set<SessionId>())
  const { connection, id = null } = session ?? {}
  const isNeeded = session?.newcomer === true && connection !== undefined && isSignedOut(connection)

  useEffect(() => {
    if (!isNeeded || id === null || !isFree || asked.current.has(id)) return
    asked.current.add(id)
    navigation.openDialog({ kind: 'sign-in', session: id })
  }, [navigation, isFree, isNeeded, id])
}

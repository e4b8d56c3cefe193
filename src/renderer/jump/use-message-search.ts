import { useEffect, useState } from 'react'
import type { SearchHit } from '../../client/views.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { useActions, useClock } from '../app/context.ts'

/** Waits for a pause in typing before it asks. */
const PAUSE_MS = 120
const SHORTEST_QUERY = 2

interface MessageSearch {
  readonly hits: readonly SearchHit[]
  readonly searching: boolean
  readonly problem: string | null
}

const NOTHING: MessageSearch = { hits: [], searching: false, problem: null }

/** Full-text search on this device; works offline. */
export function useMessageSearch(session: SessionId, query: string): MessageSearch {
  const { rooms } = useActions()
  const clock = useClock()
  const wanted = query.trim()
  const [answer, setAnswer] = useState<MessageSearch & { readonly query: string }>({
    ...NOTHING,
    query: '',
  })

  useEffect(() => {
    if (wanted.length < SHORTEST_QUERY) return
    let current = true
    const cancel = clock.after(PAUSE_MS, () => {
      void rooms.search(session, wanted).then((result) => {
        // A slower answer to an older question must not replace a newer one.
        if (!current) return
        setAnswer(
          result.ok
            ? { query: wanted, hits: result.value, searching: false, problem: null }
            : { query: wanted, hits: [], searching: false, problem: result.failure.message },
        )
      })
    })
    return () => {
      current = false
      cancel()
    }
  }, [rooms, clock, session, wanted])

  if (wanted.length < SHORTEST_QUERY) return NOTHING
  return answer.query === wanted ? answer : { ...answer, searching: true, problem: null }
}

import { Tabs } from '@base-ui/react/tabs'
import { useEffect } from 'react'
import type { HostedDevice } from '../../ipc/contract.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { useActions, useAppState } from '../app/context.ts'
import { sessionViewOf } from '../store/state.ts'
import { words } from '../words.ts'
import { Access } from './Access.tsx'
import { AuditLog } from './AuditLog.tsx'
import { Invites } from './Invites.tsx'
import { People } from './People.tsx'
import { Programs } from './Programs.tsx'
import './admin.css'

interface AdminTabsProps {
  readonly session: SessionId
  /** Of the host: who is connected from where. A moderator elsewhere is not told. */
  readonly devices: readonly HostedDevice[] | null
}

const TABS = ['people', 'invites', 'access', 'programs', 'log'] as const

/** What hosts and moderators see of a session, up to date while it is on screen. */
export function AdminTabs({ session, devices }: AdminTabsProps) {
  const { admin: actions } = useActions()
  const admin = useAppState((state) => state.admin.get(session))
  const isOnline = useAppState(
    (state) => sessionViewOf(state, session)?.connection.state === 'online',
  )
  const waiting = admin?.waiting.length ?? 0
  useEffect(() => actions.watch(session), [actions, session])

  return (
    <Tabs.Root defaultValue="people" className="admin">
      <div role="status">
        {isOnline ? null : <p className="dialog-text">{words.admin.unreachable}</p>}
      </div>
      <Tabs.List className="admin-tabs" aria-label={words.admin.label}>
        {TABS.map((tab) => (
          <Tabs.Tab key={tab} value={tab} className="admin-tab">
            {words.admin.tabs[tab]}
            {tab === 'people' && waiting > 0 ? (
              <>
                {' '}
                <span className="chip" aria-hidden="true">
                  {waiting}
                </span>
                <span className="unseen">{words.admin.waiting(waiting)}</span>
              </>
            ) : null}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="people" className="admin-panel">
        <People session={session} admin={admin} devices={devices} />
      </Tabs.Panel>
      <Tabs.Panel value="invites" className="admin-panel">
        {admin === undefined ? (
          <Loading isOnline={isOnline} />
        ) : (
          <Invites session={session} invites={admin.invites} />
        )}
      </Tabs.Panel>
      <Tabs.Panel value="access" className="admin-panel">
        {admin === undefined ? (
          <Loading isOnline={isOnline} />
        ) : (
          <Access session={session} admin={admin} isHosting={devices !== null} />
        )}
      </Tabs.Panel>
      <Tabs.Panel value="programs" className="admin-panel">
        <Programs session={session} isHosting={devices !== null} />
      </Tabs.Panel>
      <Tabs.Panel value="log" className="admin-panel">
        <AuditLog session={session} />
      </Tabs.Panel>
    </Tabs.Root>
  )
}

function Loading({ isOnline }: { readonly isOnline: boolean }) {
  // Without a connection nobody is asked, and it is said above the tabs.
  return isOnline ? (
    <p className="dialog-text" role="status">
      {words.admin.loading}
    </p>
  ) : null
}

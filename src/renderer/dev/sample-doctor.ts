import type { DoctorReport } from '../../doctor/report.ts'

/** A report with every state in it, some of them with much to say. */
export const DOCTOR_REPORT: DoctorReport = {
  at: 0,
  running: false,
  groups: [
    {
      id: 'computer',
      title: 'This computer',
      checks: [
        {
          ...{ id: 'interfaces', title: 'Network', state: 'warning' },
          detail: 'This computer is on: wlan0 192.168.4.23. A VPN is connected too (wg0).',
          fix: 'If others cannot find or reach this computer, disconnect the VPN, or allow access to the local network in its settings.',
        },
        {
          ...{ id: 'firewall', title: 'Firewall', state: 'skipped', fix: null },
          detail:
            'Neither ufw nor firewalld is on; other rules may be read by an administrator only. If others cannot join, look in “nft list ruleset” for what drops TCP 47800 and UDP 5353.',
        },
        {
          ...{ id: 'multicast', title: 'Finding sessions (multicast)', state: 'failed' },
          detail:
            'The computer’s own announcement does not come back: multicast is blocked on wlan0/IPv4, wlan0/IPv6.',
          fix: 'Allow UDP port 5353 in and out in the firewall of this computer; until then people join by invite link or address.',
        },
        {
          ...{ id: 'disk', title: 'Disk space', state: 'ok', fix: null },
          detail: '76.0 GB are free where messages are kept.',
        },
        {
          ...{ id: 'versions', title: 'Versions', state: 'ok', fix: null },
          detail: 'Landline 0.1.0, protocol 2, Electron 45.4.1, Node 24.21.0, linux x64.',
        },
      ],
    },
    {
      id: 'reaching',
      title: 'Reaching Ward 3 night team',
      checks: [
        {
          ...{ id: 'resolve', title: 'Address', state: 'ok', fix: null },
          detail: 'To be tried: 192.168.4.31:47800.',
        },
        {
          ...{ id: 'connect', title: 'Connection', state: 'ok', fix: null },
          detail: '192.168.4.31:47800 takes connections.',
        },
        { id: 'tls', title: 'Encryption', state: 'running', detail: '', fix: null },
      ],
    },
  ],
}

import type { HostedDevice } from '../../ipc/contract.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { formatMilliseconds, formatTime } from '../words-format.ts'
import { words } from '../words.ts'

export function Devices({ devices }: { readonly devices: readonly HostedDevice[] }) {
  const { columns } = words.hosting
  if (devices.length === 0) return <p className="dialog-text">{words.hosting.noDevices}</p>
  return (
    <table className="devices">
      <caption>{words.hosting.peopleHeading}</caption>
      <thead>
        <tr>
          <th scope="col">{columns.name}</th>
          <th scope="col">{columns.device}</th>
          <th scope="col">{columns.roundTrip}</th>
          <th scope="col">{columns.since}</th>
        </tr>
      </thead>
      <tbody>
        {devices.map((device) => (
          <tr key={`${device.memberId}/${device.deviceName}/${device.since}`}>
            <th scope="row">
              <span>
                <Avatar id={device.memberId} name={device.name} size={1.25} />
                <span className="ellipsis" dir="auto">
                  {device.name}
                </span>
              </span>
            </th>
            <td dir="auto" title={device.address}>
              {device.isHost ? words.hosting.thisComputer : device.deviceName}
            </td>
            <td>
              {device.roundTrip === null
                ? words.hosting.unknown
                : formatMilliseconds(device.roundTrip)}
            </td>
            <td>{formatTime(device.since)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

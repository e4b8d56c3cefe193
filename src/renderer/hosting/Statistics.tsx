import type { HostingView } from '../../ipc/contract.ts'
import { formatBytes, formatMilliseconds, formatNumber } from '../words-format.ts'
import { words } from '../words.ts'
import { sparkline } from './sparkline.ts'

const WIDTH = 120
const HEIGHT = 24

export function Statistics({ samples }: { readonly samples: HostingView['samples'] }) {
  const last = samples.at(-1)
  const cards = [
    {
      label: words.hosting.connections,
      value: formatNumber(last?.connections ?? 0),
      values: samples.map((sample) => sample.connections),
    },
    {
      label: words.hosting.messages,
      value: formatNumber(last?.messagesPerSecond ?? 0),
      values: samples.map((sample) => sample.messagesPerSecond),
    },
    {
      label: words.hosting.latency,
      value: formatMilliseconds(last?.roundTripMs ?? 0),
      values: samples.map((sample) => sample.roundTripMs),
    },
    {
      label: words.hosting.commit,
      value: formatMilliseconds(last?.commitMs ?? 0),
      values: samples.map((sample) => sample.commitMs),
    },
    {
      label: words.hosting.queued,
      value: formatBytes(last?.queuedBytes ?? 0),
      values: samples.map((sample) => sample.queuedBytes),
    },
  ]
  return (
    <dl className="statistics" aria-label={words.hosting.statistics}>
      {cards.map(({ label, value, values }) => {
        const { line, area } = sparkline(values, WIDTH, HEIGHT)
        return (
          <div key={label} className="statistic">
            <dt>{label}</dt>
            <dd>{value}</dd>
            <svg
              viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
              preserveAspectRatio="none"
              aria-hidden="true"
              focusable="false"
            >
              <path className="spark-area" d={area} />
              <path className="spark-line" d={line} />
            </svg>
          </div>
        )
      })}
    </dl>
  )
}

import { dirname, relative, resolve, sep } from 'node:path'

/**
 * The import table of ARCHITECTURE.md, as a lint rule. A layer may import itself, what it lists here as
 * ours, and the packages it lists; Node's own modules only where `node` says so. Tests may also import
 * src/testing, Vitest and Node. The longest matching folder decides.
 */
export const layers = [
  { folder: 'src/protocol', ours: [], packages: [/^zod(\/|$)/], node: false },
  { folder: 'src/server/hub', ours: ['src/protocol'], packages: [], node: false },
  {
    folder: 'src/server',
    ours: ['src/protocol', 'src/server/hub', 'src/pairing'],
    packages: [
      /^ws$/,
      /^better-sqlite3$/,
      /^pino$/,
      /^zod$/,
      /^uuidv7$/,
      /^@msgpack\/msgpack$/,
      /^@peculiar\/asn1-(schema|x509)$/,
      /^(pg|redis|cockatiel)$/,
      // Operating it: options, bearer tokens, figures, traces.
      /^yaml$/,
      /^fastest-levenshtein$/,
      /^jose$/,
      /^prom-client$/,
      /^@opentelemetry\/(api|core|resources|sdk-trace|exporter-trace-otlp-http)$/,
    ],
    node: true,
  },
  {
    folder: 'src/client',
    ours: ['src/protocol'],
    packages: [/^ws$/, /^better-sqlite3$/, /^zod$/, /^uuidv7$/],
    node: true,
  },
  {
    // Also runs in browsers.
    folder: 'src/bot-client',
    ours: ['src/protocol'],
    packages: [/^@noble\/(curves|hashes)\//],
    node: false,
  },
  {
    folder: 'src/discovery',
    ours: ['src/protocol'],
    // Of dns-packet only the types: the codec is the library's own.
    packages: [/^multicast-dns$/, /^dns-packet$/],
    node: true,
  },
  {
    folder: 'src/pairing',
    ours: ['src/protocol'],
    packages: [/^@noble\/curves\//, /^ws$/, /^zod$/],
    node: true,
  },
  {
    folder: 'src/doctor',
    ours: ['src/client', 'src/discovery', 'src/protocol'],
    packages: [/^ws$/, /^better-sqlite3$/, /^zod$/, /^uuidv7$/, /^pg$/, /^redis$/, /^yaml$/],
    node: true,
  },
  { folder: 'src/ipc', ours: ['src/protocol'], packages: [/^zod$/], node: false },
  {
    folder: 'src/main',
    ours: ['src/client', 'src/discovery', 'src/doctor', 'src/ipc', 'src/pairing', 'src/protocol'],
    packages: [/^electron$/, /^pino$/, /^zod$/, /^uuidv7$/],
    node: true,
  },
  { folder: 'src/preload', ours: ['src/ipc'], packages: [/^electron$/], node: false },
  {
    folder: 'src/renderer',
    ours: [],
    // Types vanish when the window's bundle is made: no code of these reaches it.
    types: ['src/ipc', 'src/protocol'],
    packages: [
      /^react(-dom)?(\/|$)/,
      /^zustand(\/|$)/,
      /^@base-ui\/react(\/|$)/,
      /^virtua$/,
      /^lucide-react$/,
      /^@fontsource-variable\/inter(\/|$)/,
      /^marked$/,
      /^qr(\/|$)/,
    ],
    node: false,
  },
  {
    folder: 'src/testing',
    ours: [
      'src/bot-client',
      'src/protocol',
      'src/client',
      'src/server',
      'src/pairing',
      'src/discovery',
      'src/ipc',
    ],
    // Imported by tests and the bench alone, so it may use whatever a test may.
    packages: [/./],
    node: true,
  },
  {
    // Starts servers, makes their stores and plays people; the app is measured elsewhere.
    folder: 'bench',
    ours: ['src/protocol', 'src/server', 'src/client', 'src/testing'],
    packages: [/^(ws|socket\.io|better-sqlite3|pg|uuidv7)$/],
    node: true,
  },
]

const exceptions = [
  // The words between main and the utility process it forks: they belong to the process that speaks them.
  { from: 'src/main', to: 'src/server/embedded-messages.ts' },
  // A server without the app announces itself too; the rest of discovery is the app's.
  { from: 'src/server', to: 'src/discovery/announce-server.ts' },
  // What windows are shown is shaped by the client; the contract and the windows only name the types.
  { from: 'src/ipc', to: 'src/client/views.ts', typesOnly: true },
  { from: 'src/renderer', to: 'src/client/views.ts', typesOnly: true },
  // What the doctor found is shown as it is.
  { from: 'src/ipc', to: 'src/doctor/report.ts', typesOnly: true },
  { from: 'src/renderer', to: 'src/doctor/report.ts', typesOnly: true },
]

const isTest = (file) => /\.test\.tsx?$|\.contract\.ts$|\.fixture\.ts$|\/testing\//.test(file)
const within = (file, folder) => file === folder || file.startsWith(`${folder}/`)
const layerOf = (file) => layers.find(({ folder }) => within(file, folder))
const slashes = (path) => path.split(sep).join('/')

/** The reason why `file` may not import `specifier`, or undefined when it may. Paths are relative to the root. */
export function refuse(file, specifier, typesOnly) {
  const layer = layerOf(file)
  if (!layer) return undefined
  const test = isTest(file)
  const name = layer.folder
  const bare = specifier.replace(/[?#].*$/, '')
  if (bare.startsWith('.')) return refuseOurs(file, bare, { layer, test, typesOnly, name })
  if (bare.startsWith('node:')) {
    return layer.node || test ? undefined : `${name} runs without Node: it may not import ${bare}`
  }
  if (layer.packages.some((pattern) => pattern.test(bare))) return undefined
  return test && bare !== 'electron' ? undefined : `${name} may not import the package ${bare}`
}

function refuseOurs(file, specifier, { layer, test, typesOnly, name }) {
  const target = slashes(relative('.', resolve(dirname(file), specifier)))
  if (layerOf(target) === layer) return undefined
  const allowed = [
    ...layer.ours,
    ...(typesOnly || test ? (layer.types ?? []) : []),
    ...(test ? ['src/testing'] : []),
  ]
  if (allowed.some((folder) => within(target, folder))) return undefined
  const excepted = exceptions.find(({ from, to }) => from === name && to === target)
  if (excepted && (typesOnly || !excepted.typesOnly)) return undefined
  if (!within(target, 'src'))
    return target.endsWith('.json') ? undefined : `${name} may not import ${target}`
  const hint =
    !typesOnly && layer.types?.some((folder) => within(target, folder)) ? ' (except its types)' : ''
  return `${name} may not import ${target}${hint}`
}

const onlyTypes = (node) =>
  node.importKind === 'type' ||
  node.exportKind === 'type' ||
  (node.specifiers?.length > 0 &&
    node.specifiers.every((specifier) => specifier.importKind === 'type'))

const walls = {
  create(context) {
    const file = slashes(relative(context.cwd ?? process.cwd(), context.filename))
      // A fixture stands for a file of the layer whose folder it repeats.
      .replace(/^scripts\/lint\/fixtures\//, '')
    const check = (source, typesOnly) => {
      if (typeof source?.value !== 'string') return
      const message = refuse(file, source.value, typesOnly)
      if (message) context.report({ node: source, message })
    }
    return {
      ImportDeclaration: (node) => check(node.source, onlyTypes(node)),
      ExportNamedDeclaration: (node) => check(node.source, onlyTypes(node)),
      ExportAllDeclaration: (node) => check(node.source, onlyTypes(node)),
      ImportExpression: (node) => check(node.source, false),
    }
  },
}

/** The one file on each side that may hold the raw, untyped channels. */
const wrappers = {
  ipcMain: 'src/main/ipc/command-channel.ts',
  ipcRenderer: 'src/preload/index.ts',
}

const rawIpc = {
  create(context) {
    const file = slashes(relative(context.cwd ?? process.cwd(), context.filename)).replace(
      /^scripts\/lint\/fixtures\//,
      '',
    )
    return {
      ImportDeclaration(node) {
        if (node.source.value !== 'electron') return
        for (const specifier of node.specifiers) {
          const wrapper = wrappers[specifier.imported?.name]
          if (!wrapper || wrapper === file) continue
          const message = `only the typed wrapper may touch ${specifier.imported.name}: use the IPC contract`
          context.report({ node: specifier, message })
        }
      },
    }
  },
}

export default { meta: { name: 'landline' }, rules: { walls, 'raw-ipc': rawIpc } }

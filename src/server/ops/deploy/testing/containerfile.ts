/** One instruction of a Containerfile; continued lines are joined, comments left out. */
export interface Instruction {
  readonly name: string
  readonly rest: string
}

export interface Stage {
  readonly name: string
  readonly image: string
  readonly instructions: readonly Instruction[]
}

/** As much of the format as ours uses; throws for what it does not know. */
export function parseContainerfile(text: string): readonly Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
  const known = new Set(
    ['ARG', 'FROM', 'WORKDIR', 'COPY', 'RUN', 'USER', 'ENV', 'VOLUME', 'EXPOSE'].concat([
      'HEALTHCHECK',
      'STOPSIGNAL',
      'ENTRYPOINT',
    ]),
  )
  const stages: { name: string; image: string; instructions: Instruction[] }[] = []
  for (const line of lines) {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
    if (!known.has(name)) throw new Error(`not an instruction that is known: ${line}`)
    if (name === 'FROM') {
      const [, image = '', stage = ''] = /^(\S+) AS (\S+)$/.exec(rest) ?? []
      stages.push({ name: stage, image, instructions: [] })
    } else if (name !== 'ARG') {
      const stage = stages.at(-1)
      if (stage === undefined) throw new Error(`before the first stage: ${line}`)
      stage.instructions.push({ name, rest })
    }
  }
  return stages
}

export function valuesOf(stage: Stage, name: string): readonly string[] {
  return stage.instructions.filter((one) => one.name === name).map(({ rest }) => rest)
}

export function environmentOf(stage: Stage): Record<string, string> {
  const pairs = valuesOf(stage, 'ENV').flatMap((rest) => rest.split(/\s+/))
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}

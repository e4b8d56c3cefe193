/** Marks above letters do not matter when searching: «kovac» finds «Kovač». */
const plain = (text: string): string =>
  text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()

export function matchesName(name: string, query: string): boolean {
  const wanted = plain(query.trim())
  return wanted === '' || plain(name).includes(wanted)
}

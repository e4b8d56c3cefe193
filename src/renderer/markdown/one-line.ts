/** Longer quotes would be cut by the layout anyway. */
const LENGTH = 200

/** The words of a message without their markup, for places that show one line of it. */
export const oneLine = (text: string): string =>
  text
    .slice(0, LENGTH)
    .replaceAll(/[`*~]+|^> ?/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim()

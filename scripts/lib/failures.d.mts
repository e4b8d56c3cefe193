/** The JSON reports come from a file: what they hold is looked for, not trusted. */
export function failuresOfVitest(report: unknown): string[]
export function failuresOfPlaywright(report: unknown): string[]

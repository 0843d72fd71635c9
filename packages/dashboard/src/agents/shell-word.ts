/** As a shell reads it as one word. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

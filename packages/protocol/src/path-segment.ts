/**
 * A name as one segment of a path. Percent signs hide everything but dots: browsers and proxies take `.`, `..` and `%2e` for
 * steps within the path, so such a name gets a `~` before it, and one that looks like that already gets one more.
 */
export const writeSegment = (name: string): string => encodeURIComponent(/^~*\.{1,2}$/.test(name) ? `~${name}` : name)

/** The name of a segment that has been decoded. */
export const nameOfSegment = (decoded: string): string => (/^~+\.{1,2}$/.test(decoded) ? decoded.slice(1) : decoded)

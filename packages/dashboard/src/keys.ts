/** One listener for all single keys of the page. The newest handler of a key wins; fields and buttons keep their keys. */
/** `false` leaves the key to the browser. */
type Handler = () => unknown

const handlers: Map<string, Handler>[] = []

/** Adds keys until the returned function is called. */
export function addKeys(keys: Readonly<Record<string, Handler>>): () => void {
  const mine = new Map(Object.entries(keys))
  handlers.push(mine)
  return () => {
    const at = handlers.indexOf(mine)
    if (at >= 0) handlers.splice(at, 1)
  }
}

/** True where a key belongs to the element it was pressed in. */
export function isOwnKey(key: string, tag: string, editable: boolean): boolean {
  if (editable || tag === 'INPUT' || tag === 'TEXTAREA' || tag === 'SELECT') return key !== 'Escape'
  return key === 'Enter' && (tag === 'BUTTON' || tag === 'A' || tag === 'SUMMARY')
}

const find = (name: string): Handler | undefined => handlers.findLast((keys) => keys.has(name))?.get(name)

export function startKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    const target = event.target as HTMLElement
    if (isOwnKey(event.key, target.tagName, target.isContentEditable)) return
    const handler = (event.shiftKey ? find(`Shift+${event.key}`) : undefined) ?? find(event.key)
    if (!handler || document.querySelector('dialog[open]')) return
    if (handler() !== false) event.preventDefault()
  })
}

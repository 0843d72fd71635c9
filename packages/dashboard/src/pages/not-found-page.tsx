import { Message } from './message.tsx'
import { useTitle } from './use-title.ts'

export function NotFoundPage({ path }: { readonly path: string }) {
  useTitle('Not found')
  return (
    <Message title="There is no such page">
      <p>
        <code>{path}</code> is not an address of this dashboard. <a href="/">All networks</a>
      </p>
    </Message>
  )
}

/** Where nodes are: what the operator says, and where addresses are looked up. */
import { filePath } from '@netstats/sdk/config'
import { z } from 'zod'

export const geo = z.strictObject({
  enabled: z
    .boolean()
    .prefault(true)
    .describe(
      'Whether public addresses of nodes are looked up, offline. Without it only places puts nodes on the map.',
    ),
  database: filePath()
    .optional()
    .meta({ examples: ['/var/lib/netstats/GeoLite2-City.mmdb'] })
    .describe(
      'MMDB file to use in place of the built-in countries, for places exact to the city. It is read into memory at start.',
    ),
})

const maxPlaces = 10_000

const place = z.strictObject({
  city: z.string().min(1).max(100).optional().describe('Town as the dashboard shows it.'),
  country: z.string().min(1).max(100).optional().describe('Country; a code of two letters is shown as its name.'),
  latitude: z.number().min(-90).max(90).describe('Degrees north of the equator, negative in the south.'),
  longitude: z.number().min(-180).max(180).describe('Degrees east of Greenwich, negative in the west.'),
})

export const places = z
  .record(z.string(), place)
  .refine((all) => Object.keys(all).length <= maxPlaces, { message: `more than ${maxPlaces} places` })
  .optional()
  .meta({ examples: ['{ "eu-*": { city: Vienna, country: AT, latitude: 48.2, longitude: 16.4 } }'] })
  .describe(
    'Places by node id, where * stands for any text and ? for one character; they win over addresses, the closest fit over others.',
  )

export type PlacesConfig = z.output<typeof places>

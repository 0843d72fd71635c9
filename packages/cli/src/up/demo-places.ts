/** Where the map shows the nodes of a demo; all of them run on this machine. */
interface Place {
  readonly city: string
  readonly country: string
  readonly latitude: number
  readonly longitude: number
}

const cities: readonly (readonly [city: string, country: string, latitude: number, longitude: number])[] = [
  ['Vienna', 'AT', 48.21, 16.37],
  ['Singapore', 'SG', 1.35, 103.82],
  ['São Paulo', 'BR', -23.55, -46.63],
  ['Montreal', 'CA', 45.5, -73.57],
  ['Nairobi', 'KE', -1.29, 36.82],
  ['Tokyo', 'JP', 35.68, 139.69],
  ['Sydney', 'AU', -33.87, 151.21],
  ['Seattle', 'US', 47.61, -122.33],
  ['Lisbon', 'PT', 38.72, -9.14],
  ['Mumbai', 'IN', 19.08, 72.88],
  ['Cape Town', 'ZA', -33.92, 18.42],
  ['Stockholm', 'SE', 59.33, 18.07],
]

export const demoPlaces = (names: readonly string[]): Readonly<Record<string, Place>> =>
  Object.fromEntries(
    names.flatMap((name, index) => {
      const place = cities[index % cities.length]
      if (place === undefined) return []
      const [city, country, latitude, longitude] = place
      return [[name, { city, country, latitude, longitude }]]
    }),
  )

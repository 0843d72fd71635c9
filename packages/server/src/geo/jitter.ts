import { hash } from 'node:crypto'

const radiusDegrees = 1.5

/**
 * A point near the middle of a country, the same for a node at every connect: nodes known to be in one country must not
 * cover each other. It is no closer guess of where they are, which is why they show no city.
 */
export const jitter = (
  centre: { readonly latitude: number; readonly longitude: number },
  node: string,
): { readonly latitude: number; readonly longitude: number } => {
  const digest = hash('sha1', node, 'buffer')
  // The root spreads points evenly over the disc instead of heaping them in its middle.
  const radius = radiusDegrees * Math.sqrt(digest.readUInt32BE(0) / 2 ** 32)
  const angle = 2 * Math.PI * (digest.readUInt32BE(4) / 2 ** 32)
  const latitude = Math.max(-90, Math.min(90, centre.latitude + radius * Math.sin(angle)))
  const longitude = centre.longitude + radius * Math.cos(angle)
  return { latitude: thousandths(latitude), longitude: thousandths(wrapped(longitude)) }
}

const wrapped = (longitude: number): number =>
  longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude

const thousandths = (degrees: number): number => Math.round(degrees * 1000) / 1000

import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { reasonOf } from '@netstats/sdk'
import type * as Mmdb from 'mmdb-lib'
import { ServerError } from '../lib/errors.ts'
import { findingOf } from './record.ts'

/** The record of a public address, in the form of `publicAddress`; null where there is none. */
export type Lookup = (address: string) => unknown

type PlaceReader = Mmdb.Reader<Mmdb.CityResponse>

const require = createRequire(import.meta.url)
/** The largest that are sold are some 500 MB; a file is read whole. */
const maxBytes = 1024 ** 3
const separatorBytes = 16
/** Addresses that every database of the whole internet knows. */
const wellKnown = ['8.8.8.8', '1.1.1.1', '193.0.6.139', '2001:4860:4860::8888', '2606:4700:4700::1111']

/** Countries by address, brought along with the server. Throws where the file is gone or broken. */
export const readBuiltIn = (): Lookup => {
  const path = require.resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb')
  return lookupIn(readerOf(readFileSync(path)))
}

/** The operator's file. Whatever is wrong with it shows here, not at the first node that connects. */
export const openDatabase = async (path: string): Promise<Lookup> => {
  const bytes = await readWhole(path)
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw invalid(path, 'it is compressed; unpack it with gunzip or tar -xzf')
  if (bytes.subarray(0, 2).toString('latin1') === 'PK') throw invalid(path, 'it is a zip archive; unpack it')
  let reader: PlaceReader
  let records: unknown[]
  try {
    reader = readerOf(bytes)
    const lookup = lookupIn(reader)
    records = wellKnown.map(lookup).filter((one) => one !== null)
  } catch (cause) {
    const what = 'it is another kind of file, or was cut short or damaged on its way; fetch it again'
    throw invalid(path, `${what} (${reasonOf(cause)})`, cause)
  }
  if (records.length > 0 && records.every((one) => findingOf(one) === null)) {
    const type = reader.metadata.databaseType.slice(0, 60)
    throw invalid(path, `it tells no places (its type is "${type}"); name a database of cities or countries`)
  }
  return lookupIn(reader)
}

const readerOf = (bytes: Buffer): PlaceReader => {
  // Loaded with the first database: a server without one starts sooner.
  const mmdb = require('mmdb-lib') as typeof Mmdb
  const reader = new mmdb.Reader<Mmdb.CityResponse>(bytes)
  const { binaryFormatMajorVersion, databaseType, nodeCount, searchTreeSize } = reader.metadata
  if (binaryFormatMajorVersion !== 2 || typeof databaseType !== 'string')
    throw new Error(`unknown format version ${binaryFormatMajorVersion}`)
  if (!(nodeCount > 0 && searchTreeSize + separatorBytes < bytes.length)) {
    throw new Error('the file is shorter than its index says')
  }
  return reader
}

const lookupIn = (reader: PlaceReader): Lookup => {
  // In a tree of IPv4 an IPv6 address would end at somebody else's record.
  const only4 = reader.metadata.ipVersion === 4
  return (address) => (only4 && address.includes(':') ? null : reader.get(address))
}

const readWhole = async (path: string): Promise<Buffer> => {
  try {
    await using file = await open(path)
    const { size } = await file.stat()
    if (size > maxBytes) throw invalid(path, 'it is larger than 1 GiB; name a smaller one')
    return await file.readFile()
  } catch (cause) {
    if (cause instanceof ServerError) throw cause
    const { code = 'error' } = cause as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'it does not exist' : code === 'EISDIR' ? 'it is a folder' : code
    throw new ServerError(
      'SERVER_GEO_DATABASE_UNREADABLE',
      `geo.database: ${path} cannot be read: ${reason}. ` +
        'Name an MMDB file the server may read, or take the key out for the built-in countries.',
      { cause },
    )
  }
}

const invalid = (path: string, what: string, cause?: unknown): ServerError =>
  new ServerError('SERVER_GEO_DATABASE_INVALID', `geo.database: ${path} is no MMDB file of places: ${what}.`, { cause })

/** The few forms of Protocol Buffers that the sinks write: a message is what its fields write. */
import { BinaryWriter } from '@bufbuild/protobuf/wire'

export type Write = (to: BinaryWriter) => void

const length = 2

/** A message inside another. */
export const message =
  (field: number, ...fields: readonly Write[]): Write =>
  (to) => {
    to.uint32((field << 3) | length).fork()
    for (const one of fields) one(to)
    to.join()
  }

export const text =
  (field: number, value: string): Write =>
  (to) => {
    if (value !== '') to.uint32((field << 3) | length).string(value)
  }

export const double =
  (field: number, value: number): Write =>
  (to) => {
    to.uint32((field << 3) | 1).double(value)
  }

export const fixed64 =
  (field: number, value: bigint): Write =>
  (to) => {
    to.uint32((field << 3) | 1).fixed64(value)
  }

export const varint =
  (field: number, value: number): Write =>
  (to) => {
    if (value !== 0) to.uint32(field << 3).int64(value)
  }

/** Numbers one after the other behind one tag. */
export const packed =
  (field: number, values: readonly number[]): Write =>
  (to) => {
    to.uint32((field << 3) | length).fork()
    for (const value of values) to.uint32(value)
    to.join()
  }

export const encode = (...fields: readonly Write[]): Uint8Array => {
  const to = new BinaryWriter()
  for (const one of fields) one(to)
  return to.finish()
}

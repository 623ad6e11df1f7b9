// SPDX-License-Identifier: Apache-2.0
// Reads the matrix with hyparquet and compares values and nulls:  node check.js DIR
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

const deviations = JSON.parse(readFileSync(new URL('../deviations.json', import.meta.url)))
  .filter(entry => entry.reader === 'hyparquet' && !entry.adapted)
const met = new Set()
let failures = 0

const bits = new DataView(new ArrayBuffer(8))

function hex(bytes) {
  return Buffer.from(bytes).toString('hex')
}

function doubleBits(number) {
  if (Number.isNaN(number)) return 'nan'
  bits.setFloat64(0, number)
  return String(bits.getBigInt64(0))
}

function wanted(column, value) {
  if (value === null || column.kind !== 'double') return value
  bits.setBigInt64(0, BigInt(value))
  return doubleBits(bits.getFloat64(0))
}

// Big-endian two's complement, as decimals are stored.
function unscaled(bytes) {
  let value = 0n
  for (const byte of bytes) value = value << 8n | BigInt(byte)
  return String(BigInt.asIntN(bytes.length * 8, value))
}

// hyparquet hands raw values over, so that nothing is lost in a JavaScript number or Date.
function found(column, value) {
  if (value === null || value === undefined) return null
  switch (column.kind) {
    case 'boolean': return value
    case 'double': return doubleBits(value)
    case 'binary': return hex(value)
    case 'decimal': return value instanceof Uint8Array ? unscaled(value) : String(value)
    case 'text':
    case 'json': {
      const bytes = Buffer.from(value)
      if (bytes.length <= 4096) return bytes.toString('utf8')
      return 'sha256:' + createHash('sha256').update(bytes).digest('hex')
    }
    default: return String(value)
  }
}

function problem(file, column, text) {
  const known = deviations.find(entry =>
    (entry.file === file || entry.file === '*') && entry.kind === column)
  if (known) {
    met.add(known)
    return
  }
  failures++
  console.log(`hyparquet: ${file}: ${column}: ${text}`)
}

// What the file stores: no conversion at all by the reader.
const raw = {
  timestampFromMilliseconds: value => value,
  timestampFromMicroseconds: value => value,
  timestampFromNanoseconds: value => value,
  dateFromDays: value => value,
  stringFromBytes: value => value,
  jsonFromBytes: value => value,
}

function withoutDecimals(schema) {
  // Scaled decimals become JavaScript numbers, which lose digits: read them as what they are.
  for (const element of schema) {
    if (element.converted_type === 'DECIMAL') {
      delete element.converted_type
      delete element.logical_type
    }
    if (element.converted_type === 'JSON') element.converted_type = 'UTF8'
    if (element.logical_type?.type === 'JSON') element.logical_type = { type: 'STRING' }
  }
}

async function check(folder, name) {
  const { parquetMetadata } = await import('hyparquet')
  const want = JSON.parse(readFileSync(join(folder, name + '.json')))
  const bytes = readFileSync(join(folder, name + '.parquet'))
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const metadata = parquetMetadata(file)
  const rows = metadata.row_groups.map(group => Number(group.num_rows))
  if (rows.join() !== want.row_groups.join()) problem(name, '*', `row groups ${rows}`)
  withoutDecimals(metadata.schema)
  const objects = await parquetReadObjects({ file, metadata, compressors, parsers: raw, utf8: false })
  for (const column of want.columns) {
    if (objects.length !== column.values.length) {
      problem(name, column.kind, `${column.name}, ${objects.length} values, wanted ${column.values.length}`)
      continue
    }
    for (let row = 0; row < objects.length; row++) {
      const value = found(column, objects[row][column.name])
      const expected = wanted(column, column.values[row])
      if (value === expected) continue
      problem(name, column.kind, `${column.name}, row ${row} (${column.kind}): ${value}, wanted ${expected}`)
      break
    }
  }
}

const folder = process.argv[2]
const names = readdirSync(folder).filter(n => n.endsWith('.parquet')).map(n => n.slice(0, -8)).sort()
for (const name of names) {
  try {
    await check(folder, name)
  } catch (error) {
    problem(name, '*', `${error}`)
  }
}
for (const entry of deviations) {
  if (met.has(entry)) continue
  failures++
  console.log(`hyparquet: the deviation listed for ${entry.file}, ${entry.kind} is gone: delete it`)
}
console.log(`hyparquet: ${names.length} files, ${failures} failures`)
process.exit(failures || names.length === 0 ? 1 : 0)

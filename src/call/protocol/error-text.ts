import { isObject, objectOf, parseJson, type JsonObject } from '../../json.ts'
import { redact } from '../../secrets.ts'

/** The server's own words in an error body, in one line and short: they are shown to a user. */
export function errorText(body: string | JsonObject): string {
  const parsed = typeof body === 'string' ? parseJson(body) : body
  const object = isObject(parsed) ? parsed : undefined
  const error = object?.['error']
  const said =
    objectOf(error)['message'] ??
    error ??
    object?.['message'] ??
    object?.['detail'] ??
    (typeof body === 'string' ? body : '')
  // Before it is cut, or half a secret would stay.
  const line = redact(typeof said === 'string' ? said : JSON.stringify(said))
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim()
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}

/** `value` if it is text, else none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

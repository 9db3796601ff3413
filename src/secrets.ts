/**
 * What must not be written down, and its removal from text: `redact` is applied where text enters the record (vitest/wire)
 * and where an error gets its message (errors). A secret is known by its place, such as the user info of a URL, or by its
 * value, once `keepSecret` has it. Every pattern is linear in the text, which may be a model's.
 */

const MASK = '***'

/** Shorter values are no secrets, and their removal would tear words apart; `ollama` is the key that clients send for want of one. */
const SHORTEST = 4
const DUMMIES = new Set(['ollama'])

/** The longest first, so that none leaves a part of another. */
let known: string[] = []

/** Values that are removed from every text of this process from now on, also as they stand in a URL, in JSON and in Base64. */
export function keepSecret(...values: readonly (string | undefined)[]): void {
  const secrets = values
    .filter((value) => value !== undefined && !DUMMIES.has(value))
    .map((value) => value ?? '')
  const forms = secrets.flatMap((value) => [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    Buffer.from(value).toString('base64'),
  ])
  known = [...new Set([...known, ...forms.filter(({ length }) => length >= SHORTEST)])].toSorted(
    (a, b) => b.length - a.length,
  )
}

const CREDENTIALS = new Set(['authorization', 'proxy-authorization', 'cookie', 'x-api-key', 'api-key'])
const VARIABLES = /(^|_)(API_?KEY|KEY|TOKEN|SECRET|PASSWORD)$/i
/** Shorter ones are words that a text may have by chance, as clients' keys that stand for none mostly are. */
const SHORTEST_UNNAMED = { arm: 8, client: 12, variable: 12 }

/** What a report has to say. A header may repeat it, as one by which a gateway tells variants apart. */
const named = new Set(['baseline', 'candidate'])

/** Names that stay readable, though a header of an arm has one as its value. */
export function keepNames(...names: readonly string[]): void {
  for (const name of names) named.add(name)
}

/** Every header of an arm is a secret, unless it repeats a name; of a client's own, those that carry credentials. */
export function keepHeaders(headers: Readonly<Record<string, string>>, whose: 'arm' | 'client'): void {
  const values = Object.entries(headers)
    .filter(([name, value]) => (whose === 'arm' && !named.has(value)) || CREDENTIALS.has(name.toLowerCase()))
    // A scheme such as Bearer stands before the secret.
    .flatMap(([, value]) => [value, value.replace(/^\S+\s+/, ''), passwordOf(value)])
  keepSecret(...values.filter(({ length }) => length >= SHORTEST_UNNAMED[whose]))
}

/** The password that a header of the scheme Basic encodes; empty for others. */
function passwordOf(header: string): string {
  const [, encoded = ''] = /^Basic\s+(\S+)$/i.exec(header) ?? []
  return Buffer.from(encoded, 'base64')
    .toString()
    .replace(/^[^:]*:?/, '')
}

/** The values of variables whose names say that they are secret. */
export function keepVariables(environment: NodeJS.ProcessEnv): void {
  for (const [name, value = ''] of Object.entries(environment))
    if (VARIABLES.test(name) && value.length >= SHORTEST_UNNAMED.variable) keepSecret(value)
}

// The user info of a URL, also of one that stands encoded in another.
const USER_INFO = /\/\/[^\s/?#"'<>\\]{1,512}@|%2F%2F(?:(?!%2F|%3F|%23)[^\s&"'<>]){1,512}%40/gi
const QUERY =
  /([?&;#]|%3F|%26)(?=[\w.[\]-]{0,60}(?:key|token|secret|sig|passw|pwd|auth|cred|session))([\w.[\]-]{1,64})(=|%3D)(?:(?!%26)[^&;#\s"'<>\\])*/gi
const NAMES = String.raw`(?:proxy-)?authorization|(?:set-)?cookie|x-[a-z\d-]{0,40}(?:key|token|secret|auth|signature)|(?:api|access|secret)[-_]?key|(?:access|refresh|auth|id)[-_]token|client[-_]secret|passw(?:or)?d`
const HEADER = new RegExp(
  String.raw`\b(${NAMES})(\\?["']?\s{0,4}[:=]\s{0,4}\\?["']?)((?:(?:Bearer|Basic|Token|Digest|Negotiate|ApiKey)\s{1,4})?[^\s"'\\,;<>]+(?:;\s?[^\s"'\\;=]+=[^\s"'\\;]*)*)`,
  'gi',
)
const SCHEME = /\b(Bearer|Basic)(\s{1,4})([\w.~+/-]{8,}=*)/g

/** What each of the patterns needs; most names and words have none of it. */
const SUSPECT = /[@=:%]|Bearer|Basic/

/** The text without secrets. */
export function redact(text: string): string {
  const rest = known.reduce((all, secret) => all.replaceAll(secret, MASK), text)
  if (!SUSPECT.test(rest)) return rest
  return rest
    .replace(USER_INFO, (found) => (found.startsWith('//') ? `//${MASK}@` : `%2F%2F${MASK}%40`))
    .replace(QUERY, `$1$2$3${MASK}`)
    .replace(HEADER, `$1$2${MASK}`)
    .replace(SCHEME, (found, scheme: string, space: string, token: string) =>
      isToken(scheme, token) ? `${scheme}${space}${MASK}` : found,
    )
}

/** Whether it is credentials, and not the next word of a sentence. */
function isToken(scheme: string, text: string): boolean {
  if (scheme === 'Basic') return Buffer.from(text, 'base64').toString('latin1').includes(':')
  return text.length >= 20 || /\d/.test(text)
}

/** Members whose words are the record's own, but in what an agent, a user or a server put there. */
const OWN = new Set(['kind', 'phase', 'role', 'reason', 'invalid_reason', 'endpoint', 'stopped', 'metric'])
const FOREIGN = new Set(['output', 'options', 'format', 'settings', 'values', 'effective'])
/** Members whose whole text is a secret. */
const SECRET_MEMBER = new RegExp(`^(?:${NAMES})$`, 'i')
/** Longer texts are not repeated. */
const LONGEST_NAME = 200

/**
 * A value of plain data, without secrets in its texts and its members' names: a message, where it enters the record. What
 * has none is not copied.
 */
export function redacted<T>(value: T): T
export function redacted(value: unknown): unknown {
  const texts = new Map<string, string>()
  const clean = (text: string): string => {
    if (text.length > LONGEST_NAME) return redact(text)
    const known = texts.get(text) ?? redact(text)
    texts.set(text, known)
    return known
  }
  return without(value, clean, true)
}

function without(value: unknown, clean: (text: string) => string, own: boolean): unknown {
  if (typeof value === 'string') return clean(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map((item) => (typeof item === 'number' ? item : without(item, clean, own)))
    return items.some((item, i) => item !== value[i]) ? items : value
  }
  const members = Object.entries(value)
  const kept = members.map(([name, member]): [string, unknown] => {
    if (own && OWN.has(name)) return [name, member]
    const isSecret = SECRET_MEMBER.test(name) && (typeof member === 'string' || Array.isArray(member))
    return [clean(name), without(member, isSecret ? () => MASK : clean, own && !FOREIGN.has(name))]
  })
  const isSame = kept.every(([name, member], i) => name === members[i]?.[0] && member === members[i]?.[1])
  return isSame ? value : Object.fromEntries(kept)
}

/** Takes secrets out of an error that others will print: out of its texts and those of its causes, in place. */
export function redactError(error: unknown, depth = 0): void {
  if (typeof error !== 'object' || error === null || depth > 8) return
  for (const name of ['message', 'stack', 'stackStr', 'diff', 'cause', 'errors'] as const) {
    const value: unknown = Reflect.get(error, name)
    if (typeof value === 'string') Reflect.set(error, name, redact(value))
    else for (const one of [value].flat()) redactError(one, depth + 1)
  }
}

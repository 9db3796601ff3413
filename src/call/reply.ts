import { isObject, objectOf, parseJson, type JsonObject } from '../json.ts'

/** What one object of a reply says. */
type Said = { error: string } | { malformed: true } | { final: JsonObject | undefined }

/** What has come of a reply so far: when its content arrived, and its final object. */
export class Reply {
  /** Arrival of each chunk that carried content, thinking or a tool call, performance.now(). */
  readonly arrivals: number[] = []
  /** Arrival of the first chunk with answer content. */
  contentAt: number | undefined
  final: JsonObject | undefined
  #piece = ''
  #run = 0

  /** How many identical pieces in a row stand at the end. */
  get repeats(): number {
    return this.#run
  }

  /** Takes one object of the reply, whose last byte arrived `at`. */
  take(line: string, at: number): Said {
    const object = parse(line)
    if (object === undefined) return { malformed: true }
    if ('error' in object) return { error: errorText(object) }
    const message = objectOf(object['message'])
    const content = text(object['response']) || text(message['content'])
    const thinking = text(object['thinking']) || text(message['thinking'])
    const tools = [object['tool_calls'], message['tool_calls']].some(
      (calls) => Array.isArray(calls) && calls.length > 0,
    )
    if (content) this.contentAt ??= at
    if (content || thinking || tools) this.arrivals.push(at)
    if (content || thinking) this.#count(content || thinking)
    if (object['done'] === true) this.final = object
    return { final: this.final }
  }

  /** As Ollama's own guard does, whitespace around a piece is no difference. */
  #count(piece: string): void {
    const trimmed = piece.trim()
    this.#run = trimmed === this.#piece ? this.#run + 1 : 1
    this.#piece = trimmed
  }
}

/** The server's own words in an error body, in one line and short: they are shown to a user. */
export function errorText(body: string | JsonObject): string {
  const object = typeof body === 'string' ? parse(body) : body
  const error = object?.['error']
  const said = objectOf(error)['message'] ?? error ?? (typeof body === 'string' ? body : '')
  const line = (typeof said === 'string' ? said : JSON.stringify(said)).replaceAll(/[\p{C}\s]+/gu, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}

function parse(line: string): JsonObject | undefined {
  const value = parseJson(line)
  return isObject(value) ? value : undefined
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

const CREDENTIALS = ['authorization', 'x-api-key', 'api-key']
const VARIABLES = /(^|_)(API_?KEY|KEY|TOKEN|SECRET|PASSWORD)$/i
/** Shorter ones are words that a text may have by chance, as clients' keys that stand for none mostly are. */
const SHORTEST = { own: 8, other: 12 }

/** Keeps what opens a server out of all that is recorded: a server may repeat it in its errors, and an agent these. */
export class Secrets {
  readonly #known = new Set<string>()

  constructor(environment: NodeJS.ProcessEnv = process.env) {
    for (const [name, value = ''] of Object.entries(environment))
      if (VARIABLES.test(name) && value.length >= SHORTEST.other) this.#known.add(value)
  }

  /** Every header of an arm is one; of a client's own, those that carry credentials. */
  learn(headers: Readonly<Record<string, string>>, whose: 'arm' | 'client'): void {
    for (const [name, value] of Object.entries(headers)) {
      if (whose === 'client' && !CREDENTIALS.includes(name.toLowerCase())) continue
      // A scheme such as Bearer stands before the secret.
      for (const secret of [value, value.replace(/^\S+\s+/, '')])
        if (secret.length >= (whose === 'arm' ? SHORTEST.own : SHORTEST.other)) this.#known.add(secret)
    }
  }

  /** The text without them. */
  redact(text: string): string {
    let redacted = text
    for (const secret of this.#known) {
      const written = [secret, JSON.stringify(secret).slice(1, -1)]
      for (const form of written) redacted = redacted.replaceAll(form, '[secret]')
    }
    return redacted
  }
}

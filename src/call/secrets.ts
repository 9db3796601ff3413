const CREDENTIALS = ['authorization', 'x-api-key', 'api-key']
/** Shorter ones are words that a text may have by chance. */
const SHORTEST = 6

/** Keeps what opens a server out of all that is recorded: a server may repeat it in its errors, and an agent these. */
export class Secrets {
  readonly #known = new Set<string>()

  /** Every header of an arm is one; of a client's own, those that carry credentials. */
  learn(headers: Readonly<Record<string, string>>, which: 'all' | 'credentials'): void {
    for (const [name, value] of Object.entries(headers)) {
      if (which === 'credentials' && !CREDENTIALS.includes(name.toLowerCase())) continue
      // A scheme such as Bearer stands before the secret.
      for (const secret of [value, value.replace(/^\S+\s+/, '')])
        if (secret.length >= SHORTEST) this.#known.add(secret)
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

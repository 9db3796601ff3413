import { isIP, isIPv4, isIPv6 } from 'node:net'
import { keepHeaders } from '../secrets.ts'
import type { Place } from './ask.ts'
import { serverErrors } from './messages.ts'

/**
 * Where the server is, as a URL without a trailing slash, from any form OLLAMA_HOST may have:
 * host, host:port, :port, IPv6 with or without brackets, URL with or without a path. Credentials before the host, as in
 * `https://user:password@host`, become the header that carries them, as in curl; hosts stand in reports, and headers do not.
 * Unset means `http://127.0.0.1:11434`. A port that is none falls back to the scheme's.
 * Addresses that only a server can bind to (0.0.0.0, ::) become the loopback address.
 *
 * Source: Ollama's envconfig `Var`, `Host` and `ConnectableHost`.
 *
 * @throws ChimeraError `host` when no URL can be made of it, or what may be a secret stands elsewhere in it.
 */
export function resolveHost(value: string | undefined): Place {
  const text = unquoted(value ?? '').trim()
  const [scheme, all, explicit] = cut(text)
  const [userInfo, rest] = cutUserInfo(all)
  if (/[@?#]/.test(rest) || /[/?#]/.test(userInfo ?? '')) throw serverErrors.secretInHost()
  const defaultPort = explicit && scheme === 'http' ? '80' : explicit && scheme === 'https' ? '443' : '11434'
  const slash = rest.indexOf('/')
  const address = slash < 0 ? rest : rest.slice(0, slash)
  const path = slash < 0 ? '' : rest.slice(slash + 1)
  const { host, port } = splitHostPort(address) ?? { host: bareHost(address), port: defaultPort }
  const url = `${scheme}://${bracketed(connectable(host))}:${validPort(port) ?? defaultPort}`
  if (!URL.canParse(url) || !/^https?:$/i.test(new URL(url).protocol)) {
    throw serverErrors.badHost(explicit ? `${scheme}://${rest}` : rest)
  }
  const headers = userInfo === undefined ? undefined : credentials(userInfo)
  return { host: `${url}${pathname(path)}`, ...(headers && { headers }) }
}

function unquoted(value: string): string {
  return value.trim().replace(/^["']+|["']+$/g, '')
}

function cut(text: string): [scheme: string, rest: string, explicit: boolean] {
  const at = text.indexOf('://')
  if (at >= 0) return [text.slice(0, at), text.slice(at + 3), true]
  return text === 'ollama.com' ? ['https', 'ollama.com:443', false] : ['http', text, false]
}

function cutUserInfo(text: string): [userInfo: string | undefined, rest: string] {
  const at = text.lastIndexOf('@')
  return at < 0 ? [undefined, text] : [text.slice(0, at), text.slice(at + 1)]
}

function credentials(userInfo: string): NonNullable<Place['headers']> {
  const colon = `${userInfo}:`.indexOf(':')
  const parts = [userInfo.slice(0, colon), userInfo.slice(colon + 1)].map(decoded)
  const headers = { authorization: `Basic ${Buffer.from(parts.join(':')).toString('base64')}` }
  keepHeaders(headers, 'arm')
  return headers
}

/** A percent sign that encodes nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Go's net.SplitHostPort; undefined where that gives an error. */
function splitHostPort(address: string): { host: string; port: string } | undefined {
  const match = /^(?:\[([^[\]]*)\]|([^[\]:]*)):([^[\]:]*)$/.exec(address)
  return match ? { host: match[1] ?? match[2] ?? '', port: match[3] ?? '' } : undefined
}

function bareHost(address: string): string {
  const ip = address.replace(/^[[\]]+|[[\]]+$/g, '')
  return isIP(ip) ? ip : address || '127.0.0.1'
}

function validPort(port: string): string | undefined {
  const number = /^[+-]?\d+$/.test(port) ? Number(port) : NaN
  return number >= 0 && number <= 65535 ? String(number) : undefined
}

/** An empty host, too, is the local machine to whoever connects. */
function connectable(host: string): string {
  if (host === '' || host === '0.0.0.0') return '127.0.0.1'
  if (!isIPv6(host) || host.includes('%')) return host
  const mapped = /^::ffff:([\d.]+)$/i.exec(host)?.[1]
  if (mapped !== undefined && isIPv4(mapped)) return connectable(mapped)
  const canonical = new URL(`http://[${host}]`).hostname.slice(1, -1)
  return canonical === '::' ? '::1' : canonical
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function pathname(path: string): string {
  const url = new URL('http://localhost')
  url.pathname = path
  return url.pathname.replace(/\/+$/, '')
}

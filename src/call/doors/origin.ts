/** Whether a request to `url` goes to the server at `host`: the same scheme, name and port; all names of loopback are one. */
export function isAtHost(url: URL, host: string): boolean {
  return originOf(url) === originOf(new URL(host))
}

function originOf({ protocol, hostname, port }: URL): string {
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
  return `${protocol}//${isLoopback ? 'loopback' : hostname}:${port}`
}

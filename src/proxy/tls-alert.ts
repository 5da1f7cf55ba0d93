/** What a TLS client says of our certificate, for the terminal: its own user sees a bare "Failed to fetch". */

const sentence =
  "A client does not trust this proxy's certificate: open the proxy's address in that browser once, " +
  'or run mkcert -install and start again';

/**
 * Whether the error is one of TLS and not of HTTP: then there is nobody to answer. Says what to do about it, and says
 * it once, for a page repeats its requests and each is an alert.
 */
export function noticeAlert(
  error: Error,
  { noticeOnce }: { readonly noticeOnce: (message: string) => void },
): boolean {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (!code.startsWith('ERR_SSL_') && !code.startsWith('ERR_TLS_')) return false;
  if (/ALERT_(?:CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA)/.test(code)) noticeOnce(sentence);
  return true;
}

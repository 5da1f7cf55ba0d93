/** Fields whose value is a secret by custom, whatever it holds. */

const secretField =
  /^(?:authorization|proxy-authorization|cookie|(?:.*[-_])?(?:api-?key|key|token|secret|password))$/i;

export function isSecretField(name: string): boolean {
  return secretField.test(name);
}

/** A request's body that is still coming while its head goes up. */

export interface Upload {
  /** In bytes, as the client has promised; `undefined`: it goes up in chunks. */
  readonly length: number | undefined;
  /** Gives all that has come, and all that will, to `sink`. Called once. */
  flowTo(sink: UploadSink): void;
  /** The sink has room again. */
  resume(): void;
}

export interface UploadSink {
  /** Whether more may come at once; if not, `resume` follows. */
  write(chunk: Buffer): boolean;
  end(): void;
}

/** The part of WebAssembly that we use; TypeScript declares it only together with the browser. */
export interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export interface WebAssemblyTable {
  grow(by: number): number;
  get(index: number): unknown;
  set(index: number, value: unknown): void;
}

export type WebAssemblyImport = (...args: number[]) => number | void;
export type WebAssemblyImports = Record<string, Record<string, WebAssemblyImport>>;

declare const webAssemblyModule: unique symbol;
export interface WebAssemblyModule {
  readonly [webAssemblyModule]: true;
}

interface WebAssemblyNamespace {
  compile(bytes: Uint8Array): Promise<WebAssemblyModule>;
  instantiate(module: WebAssemblyModule, imports: WebAssemblyImports): Promise<{ readonly exports: Readonly<Record<string, unknown>> }>;
  readonly Module: { new (bytes: Uint8Array): WebAssemblyModule; imports(module: WebAssemblyModule): { readonly module: string; readonly name: string }[] };
  readonly Instance: new (module: WebAssemblyModule, imports: WebAssemblyImports) => { readonly exports: Readonly<Record<string, unknown>> };
}

export const webAssembly: WebAssemblyNamespace = (globalThis as unknown as { WebAssembly: WebAssemblyNamespace }).WebAssembly;

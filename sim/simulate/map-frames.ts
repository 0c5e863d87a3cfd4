import { SourceMap, type SourceMapPayload } from 'node:module';

type PrepareStackTrace = NonNullable<typeof Error.prepareStackTrace>;

/** By the name that the generated code runs under. */
const maps = new Map<string, SourceMap>();
const wrapped = new WeakSet<PrepareStackTrace>();

/**
 * Evaluates generated code under a name of its own, such that stack traces name the places in the files that it was made
 * from. Node does that by itself once it is asked to, unless somebody formats stack traces instead (vitest does): then that
 * formatter is handed frames that are mapped already.
 */
export function mapFrames(code: string, map: string, name: string): unknown {
  const format = Reflect.get(Error, 'prepareStackTrace') as PrepareStackTrace | undefined;
  if (format === undefined) {
    process.setSourceMapsEnabled(true);
  } else {
    maps.set(name, new SourceMap(absolute(JSON.parse(map) as SourceMapPayload, name)));
    if (!wrapped.has(format)) Error.prepareStackTrace = formatMapped(format);
  }
  const data = Buffer.from(map).toString('base64');
  // Indirect, so that it sees the global scope only. Of all ways to compile, it is the one whose inline map Node looks at in
  // every version that we support.
  return (0, eval)(`${code}\n//# sourceURL=${name}\n//# sourceMappingURL=data:application/json;base64,${data}`) as unknown;
}

/** Sources are relative to the generated file; a formatter has no such place to start from. */
function absolute(map: SourceMapPayload, name: string): SourceMapPayload {
  const base = new URL(`file://${encodeURI(name)}`);
  return { ...map, sources: map.sources.map((source) => decodeURI(new URL(source, base).pathname)) };
}

function formatMapped(format: PrepareStackTrace): PrepareStackTrace {
  const formatter: PrepareStackTrace = (error, frames) => format(error, frames.map(mapped)) as unknown;
  wrapped.add(formatter);
  return formatter;
}

function mapped(frame: NodeJS.CallSite): NodeJS.CallSite {
  const map = maps.get(frame.getScriptNameOrSourceURL() ?? '');
  if (map === undefined) return frame;
  const origin = map.findOrigin(frame.getLineNumber() ?? 1, frame.getColumnNumber() ?? 1);
  if (!('fileName' in origin)) return frame;
  const { fileName, lineNumber, columnNumber } = origin;
  const where = `${fileName}:${lineNumber}:${columnNumber}`;
  const name = frame.getFunctionName();
  const answers: Record<string, () => unknown> = {
    getFileName: () => fileName,
    getScriptNameOrSourceURL: () => fileName,
    getLineNumber: () => lineNumber,
    getColumnNumber: () => columnNumber,
    isEval: () => false,
    getEvalOrigin: () => undefined,
    toString: () => (name === null ? where : `${name} (${where})`),
  };
  return new Proxy(frame, {
    get(target, property): unknown {
      const own = typeof property === 'string' ? answers[property] : undefined;
      if (own !== undefined) return own;
      const value = Reflect.get(target, property, target) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

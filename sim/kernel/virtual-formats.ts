type Time = Date | number | undefined;
type Format = (date?: Time) => string;

/**
 * `Intl.DateTimeFormat`, asked to format no date in particular, looks at the real clock by itself: inside a run it is given the
 * virtual time, in milliseconds, that `virtualNow` has; undefined in real time.
 */
export function installVirtualFormats(virtualNow: () => number | undefined): void {
  const { prototype } = Intl.DateTimeFormat;
  const orNow = (date: Time): Time => (date === undefined ? virtualNow() : date);
  const real = Object.getOwnPropertyDescriptor(prototype, 'format') as { get: (this: Intl.DateTimeFormat) => Format };
  Object.defineProperty(prototype, 'format', {
    get(this: Intl.DateTimeFormat): Format {
      const format = real.get.call(this);
      return (date) => format(orNow(date));
    },
    configurable: true,
  });
  const realParts: (this: Intl.DateTimeFormat, date?: Time) => Intl.DateTimeFormatPart[] = Reflect.get(prototype, 'formatToParts');
  prototype.formatToParts = function (this: Intl.DateTimeFormat, date) {
    return realParts.call(this, orNow(date));
  };
}

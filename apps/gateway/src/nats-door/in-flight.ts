/** How much may be under way at once. */
export type Room = Readonly<{ perKey: number; overall: number; bytesPerKey: number; bytesOverall: number }>;

type Used = { count: number; bytes: number };

/** Counts what is under way by key, so that one caller cannot take all the room. */
export class InFlight {
  private readonly room: Room;
  private readonly byKey = new Map<string, Used>();
  private readonly all: Used = { count: 0, bytes: 0 };

  constructor(room: Room) {
    this.room = room;
  }

  get count(): number {
    return this.all.count;
  }

  /** The way out again, to be called once; null: there is no room. */
  enter(keyId: string, bytes: number): (() => void) | null {
    const { perKey, overall, bytesPerKey, bytesOverall } = this.room;
    const own = this.byKey.get(keyId) ?? { count: 0, bytes: 0 };
    const fits = own.count < perKey && own.bytes + bytes <= bytesPerKey && this.all.count < overall && this.all.bytes + bytes <= bytesOverall;
    if (!fits) return null;
    this.byKey.set(keyId, own);
    for (const used of [own, this.all]) {
      used.count += 1;
      used.bytes += bytes;
    }
    return () => {
      for (const used of [own, this.all]) {
        used.count -= 1;
        used.bytes -= bytes;
      }
      if (own.count === 0) this.byKey.delete(keyId);
    };
  }
}

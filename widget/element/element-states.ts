/** Custom states of the element, which pages use as `:state()`. */
export class ElementStates {
  constructor(private readonly internals: ElementInternals) {}

  /** Browsers that need dashes in custom states throw (Chrome before 125); the chat works without them. */
  set(name: string, isOn: boolean) {
    const {states} = this.internals;
    try {
      if (isOn) states?.add(name);
      else states?.delete(name);
    } catch {
      // Only the page's `:state()` rules have no effect.
    }
  }
}

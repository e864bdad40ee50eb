import {ApiError} from './api.js';

/** Value of a call that is loaded again from time to time. The last call counts. */
export class Loader<T> {
  value: T | undefined;
  error: ApiError | undefined;
  isLoading = false;
  private calls = 0;

  constructor(private readonly onChange: () => void) {}

  /** Loads the value. A value that was loaded before stays until the new one is there. */
  async load(run: () => Promise<T>): Promise<void> {
    const own = ++this.calls;
    this.isLoading = true;
    this.error = undefined;
    this.onChange();
    try {
      const value = await run();
      if (own === this.calls) this.value = value;
    } catch (error) {
      if (own === this.calls) this.error = toApiError(error);
    }
    if (own !== this.calls) return;
    this.isLoading = false;
    this.onChange();
  }
}

/** Returns the error as one of a call. Throws other errors, which are bugs. */
export const toApiError = (error: unknown): ApiError => {
  if (error instanceof ApiError) return error;
  throw error;
};

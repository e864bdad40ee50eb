/**
 * Marks the pressed button as busy until the work is done, such as loading code on a slow connection.
 * Presses of a busy button do nothing.
 */
export const whileBusy = async (event: Event, work: () => Promise<unknown>) => {
  const button = event.currentTarget as HTMLElement;
  if (button.ariaBusy) return;
  button.ariaBusy = 'true';
  try {
    await work();
  } finally {
    button.ariaBusy = null;
  }
};

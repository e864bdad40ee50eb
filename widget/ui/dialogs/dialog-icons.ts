/** Icons that more than one dialog shows. */
export const DOWNLOAD = 'M12 4v11m0 0-4.5-4.5M12 15l4.5-4.5M5 20h14';

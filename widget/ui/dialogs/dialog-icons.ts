/** Icons that more than one dialog shows. */
export const DOWNLOAD = 'M12 4v11m-5-5 5 5 5-5M5 20h14';

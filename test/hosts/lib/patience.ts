/**
 * How long a process of a test may take, in milliseconds, before it is taken for hung and killed.
 *
 * Only against waiting for ever: what needs ten seconds alone on two processors has been seen to need
 * more than two minutes on a machine that others used as well.
 */
export const patience = 300_000;

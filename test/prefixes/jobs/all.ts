/** Every installation, by kind. */
import type {PrefixKind} from '../prefix-job.js';
import {languages} from './languages.js';
import {packages} from './packages.js';
import {python} from './python.js';

export const prefixKinds: readonly PrefixKind[] = [python, packages, languages];

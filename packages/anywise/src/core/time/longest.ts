/** The longest time a timer of Node can wait, about 24.8 days: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
export const longestTimerMs = 2 ** 31 - 1;

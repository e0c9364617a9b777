// Two-state hidden Markov model with unit-variance normal emissions, through Stan's hmm_marginal (its own adjoint).
data {
  int<lower=1> N;
  int<lower=1> K;
  vector[N] y;
}
transformed data {
  vector[K] start = rep_vector(1.0 / K, K);
  row_vector[N] yt = y';
}
parameters {
  simplex[K] theta1;
  simplex[K] theta2;
  positive_ordered[K] mu;
}
model {
  matrix[K, N] emission;
  matrix[K, K] transition;
  transition[1] = theta1';
  transition[2] = theta2';
  for (k in 1 : K) {
    emission[k] = -0.5 * square(yt - mu[k]);
  }
  mu[1] ~ normal(3, 1);
  mu[2] ~ normal(10, 1);
  target += hmm_marginal(emission, transition, start);
}

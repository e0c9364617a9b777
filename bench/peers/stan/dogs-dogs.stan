// Avoidance learning: logistic regression on counts of earlier avoidances and shocks, counted once from data.
data {
  int<lower=0> n_dogs;
  int<lower=0> n_trials;
  array[n_dogs, n_trials] int<lower=0, upper=1> y;
}
transformed data {
  int N = n_dogs * n_trials;
  matrix[N, 2] x;
  array[N] int shocked;
  {
    int n = 0;
    for (j in 1 : n_dogs) {
      int shocks = 0;
      for (t in 1 : n_trials) {
        n += 1;
        x[n, 1] = t - 1 - shocks;
        x[n, 2] = shocks;
        shocked[n] = y[j, t];
        shocks += y[j, t];
      }
    }
  }
}
parameters {
  vector[3] beta;
}
model {
  beta ~ normal(0, 100);
  shocked ~ bernoulli_logit_glm(x, beta[1], beta[2 : 3]);
}
